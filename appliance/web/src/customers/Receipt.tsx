// How far an erasure has come: which copy has confirmed, and the day on which nothing is left anywhere.
import type { Erasure } from '@zhunkehu/api/branch'
import { Card, Facts, label, StatusTag, TimeCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

/** 待清除 until every copy has confirmed. */
export function ErasedTag({ state }: { state: 'pending' | 'complete' }) {
  const { t } = useTranslation()
  return (
    <StatusTag tone={state === 'complete' ? 'idle' : 'warn'}>
      {t(`branch.erasure.${state}`)}
    </StatusTag>
  )
}

export function Receipt({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation()
  const last: [string, React.ReactNode] = erasure.complete
    ? [t('branch.erasure.done'), <TimeCell key="done" at={erasure.complete} />]
    : [t('branch.erasure.due'), <TimeCell key="due" at={erasure.due} />]
  return (
    <Card
      title={t('branch.erasure.receipt')}
      extra={<ErasedTag state={erasure.complete ? 'complete' : 'pending'} />}
      padded
    >
      <Facts
        rows={[
          [t('branch.erasure.asked'), <TimeCell key="asked" at={erasure.asked} />],
          ...erasure.copies.map((one): [string, React.ReactNode] => [
            label('data_copy', one.copy),
            one.gone ? <TimeCell key={one.copy} at={one.gone} /> : t('branch.erasure.copy_pending'),
          ]),
          last,
        ]}
      />
    </Card>
  )
}
