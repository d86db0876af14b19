// All calls that this user may see, newest first.
import { branchApi } from '@zhunkehu/api/branch'
import { Card, EmptyState, Loaded, usePages } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { CallTable } from './CallTable'

export function CallsPage() {
  const { t } = useTranslation()
  const { query, more } = usePages(['calls'], (cursor) => branchApi.calls(cursor ? { cursor } : {}))
  return (
    <Card title={t('branch.nav.calls')}>
      <Loaded query={query} rows={10}>
        {(calls) => (
          <CallTable
            calls={calls}
            withCustomer
            more={more}
            empty={<EmptyState title={t('branch.call.none')} hint={t('branch.call.none_hint')} />}
          />
        )}
      </Loaded>
    </Card>
  )
}
