// The numbers behind the picture: each rate with its n, a small n marked.
import type { Hour } from '@zhunkehu/api/hq'
import { type Column, DataTable, DurationCell, format, StatusTag } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { hourName } from './chinaDay'

/** Below this a rate says little. */
const N_MIN = 30

export function HourTable({ hours }: { hours: Hour[] }) {
  const { t } = useTranslation()
  const column = (key: string, title: string, value: (one: Hour) => string): Column<Hour> => ({
    key,
    title,
    width: 110,
    numeric: true,
    cell: (one) => <span className="zk-num">{value(one)}</span>,
  })
  const columns: Column<Hour>[] = [
    {
      key: 'hour',
      title: t('hq.hours.hour'),
      width: 130,
      cell: (one) => (
        <span className="zk-num">{`${hourName(one.bucket)}:00–${hourName(one.bucket)}:59`}</span>
      ),
    },
    column('attempts', `${t('hq.hours.attempts')} n`, (one) => format.count(one.attempts)),
    column('answered', t('hq.hours.answered'), (one) => format.count(one.answered)),
    column('rate', t('hq.hours.rate'), (one) => format.percentOf(one.answered, one.attempts)),
    {
      key: 'talk',
      title: t('branch.call.talk'),
      width: 110,
      numeric: true,
      cell: (one) => <DurationCell ms={one.talk_ms} />,
    },
    column('inbound', t('hq.hours.inbound'), (one) => format.count(one.inbound)),
    column('blocked', t('system_result.blocked'), (one) => format.count(one.blocked)),
    {
      key: 'small',
      title: t('hq.hours.note'),
      cell: (one) =>
        one.attempts < N_MIN ? <StatusTag tone="idle">{t('hq.hours.small')}</StatusTag> : '—',
    },
  ]
  return (
    <DataTable
      name={t('hq.hours.table')}
      rows={hours}
      rowKey={(one) => String(one.bucket)}
      columns={columns}
      empty={null}
    />
  )
}
