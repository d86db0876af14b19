// One fact that could not be applied: its form, never what it says.
import { useQuery } from '@tanstack/react-query'
import { type DeadLetter, hqApi } from '@zhunkehu/api/hq'
import { Facts, format, Loaded, label, TimeCell } from '@zhunkehu/kit'
import { Button, Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { useIsAdmin } from '../role'
import { KindText } from './DeadLetterTable'

type Props = { letter: DeadLetter; busy: boolean; onRetry: () => void; onClose: () => void }

export function DeadLetterView({ letter, busy, onRetry, onClose }: Props) {
  const { t } = useTranslation()
  const admin = useIsAdmin()
  const { box_id, epoch, seq } = letter
  const query = useQuery({
    queryKey: ['dead_letter', box_id, epoch, seq],
    queryFn: () => hqApi.deadLetter(box_id, epoch, seq),
  })
  return (
    <Drawer
      open
      size={520}
      title={t('hq.dead_letter.one', { branch: box_id, seq: format.count(seq) })}
      onClose={onClose}
      footer={
        admin ? (
          <Button type="primary" loading={busy} onClick={onRetry}>
            {t('hq.dead_letter.retry')}
          </Button>
        ) : undefined
      }
    >
      <Loaded query={query} rows={6}>
        {(one) => (
          <div className="zk-stack">
            <Facts
              rows={[
                [t('hq.dead_letter.kind'), <KindText key="kind" kind={one.kind} />],
                [t('hq.dead_letter.why'), label('dead_letter', one.why)],
                [t('hq.dead_letter.happened'), <TimeCell key="utc" at={one.utc} />],
                [t('hq.dead_letter.received'), <TimeCell key="received" at={one.received} />],
                [t('hq.dead_letter.tried'), <TimeCell key="tried" at={one.tried} />],
                [t('hq.branch.epoch'), format.count(one.epoch)],
                [t('hq.dead_letter.actor'), one.actor ? label('actor', one.actor) : format.NOTHING],
                [t('hq.dead_letter.subject'), one.subject ?? format.NOTHING],
                [t('hq.dead_letter.size'), format.bytes(one.size_bytes)],
              ]}
            />
            <p className="zk-quiet">{t('hq.dead_letter.form_note')}</p>
            <Form title={t('hq.dead_letter.envelope')} lines={one.envelope} />
            <Form title={t('hq.dead_letter.body')} lines={one.body} />
          </div>
        )}
      </Loaded>
    </Drawer>
  )
}

function Form({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <pre className="zk-form">{lines.join('\n')}</pre>
    </section>
  )
}
