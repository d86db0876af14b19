// The figures over all branches, each with its basis and its as-of.
import type { Overview } from '@zhunkehu/api/hq'
import { Figure, Figures, format } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { AsOf } from '../AsOf'

export function OverviewFigures({ overview }: { overview: Overview }) {
  const { t } = useTranslation()
  const asOf = <AsOf at={overview.as_of} />
  const connectedOnly = (
    <>
      {t('hq.overview.connected_note')} · <AsOf at={overview.utc} />
    </>
  )
  return (
    <Figures>
      <Figure
        name={t('hq.overview.branches')}
        value={format.count(overview.connected)}
        unit={`/ ${format.count(overview.branches)}`}
        note={<AsOf at={overview.utc} />}
      />
      <Figure
        name={t('hq.overview.calls_now')}
        value={format.count(overview.calls_live)}
        note={connectedOnly}
      />
      <Figure
        name={t('hq.overview.attempts_today')}
        value={format.count(overview.attempts_today)}
        note={asOf}
      />
      <Figure
        name={t('hq.overview.answered_today')}
        value={format.count(overview.answered_today)}
        note={asOf}
      />
      <Figure
        name={t('hq.overview.answer_rate')}
        value={format.percentOf(overview.answered_today, overview.attempts_today)}
        unit={`n = ${format.count(overview.attempts_today)}`}
        note={
          <>
            {t('hq.overview.answer_rate_note')} · {asOf}
          </>
        }
      />
      <Figure
        name={t('hq.overview.lag')}
        value={format.count(overview.lag_facts)}
        unit={t('hq.overview.items')}
        note={t('hq.overview.lag_note')}
      />
    </Figures>
  )
}
