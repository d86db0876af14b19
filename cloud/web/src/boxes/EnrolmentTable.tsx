// What became of the codes: open ones can be taken back.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type Enrolment, hqApi } from '@zhunkehu/api/hq'
import {
  type Column,
  DataTable,
  EmptyState,
  format,
  label,
  StatusTag,
  TimeCell,
  type Tone,
} from '@zhunkehu/kit'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Countdown } from './Countdown'

const TONE: Record<Enrolment['state'], Tone> = {
  open: 'busy',
  used: 'good',
  cancelled: 'idle',
  replaced: 'idle',
  locked: 'bad',
  expired: 'warn',
}

type Props = { enrolments: readonly Enrolment[]; mayCancel: boolean }

export function EnrolmentTable({ enrolments, mayCancel }: Props) {
  const { t } = useTranslation()
  const columns: Column<Enrolment>[] = [
    { key: 'box', title: t('hq.box.id'), cell: (one) => one.box_id },
    {
      key: 'purpose',
      title: t('hq.box.purpose'),
      width: 130,
      cell: (one) => label('enrol_purpose', one.purpose),
    },
    {
      key: 'state',
      title: t('hq.box.state'),
      width: 170,
      cell: (one) => (
        <span className="zk-row">
          <StatusTag tone={TONE[one.state]}>{label('enrol_state', one.state)}</StatusTag>
          {one.state === 'open' ? <Countdown until={one.expires} /> : null}
        </span>
      ),
    },
    {
      key: 'tries',
      title: t('hq.box.tries'),
      width: 110,
      numeric: true,
      cell: (one) => (
        <span className="zk-num">
          {format.count(one.tries)} / {format.count(one.tries_max)}
        </span>
      ),
    },
    {
      key: 'made',
      title: t('hq.box.made'),
      width: 140,
      cell: (one) => <TimeCell at={one.made} />,
    },
    { key: 'by', title: t('hq.box.made_by'), width: 120, cell: (one) => one.made_by },
    { key: 'from', title: t('hq.box.from'), width: 150, cell: (one) => one.from_ip ?? '—' },
    {
      key: 'action',
      title: t('hq.box.action'),
      width: 90,
      cell: (one) => (mayCancel && one.state === 'open' ? <Cancel id={one.id} /> : null),
    },
  ]
  return (
    <DataTable
      name={t('hq.box.enrolments')}
      rows={enrolments}
      rowKey={(one) => one.id}
      columns={columns}
      empty={<EmptyState title={t('hq.box.no_enrolments')} hint={t('hq.box.no_enrolments_hint')} />}
    />
  )
}

function Cancel({ id }: { id: string }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => hqApi.cancelEnrolment(id),
    onSettled: () => void client.invalidateQueries({ queryKey: ['enrolments'] }),
  })
  return (
    <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>
      {t('hq.box.cancel')}
    </Button>
  )
}
