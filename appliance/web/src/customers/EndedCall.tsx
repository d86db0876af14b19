// What became of the call that was just over.
import { useQuery } from '@tanstack/react-query'
import { branchApi } from '@zhunkehu/api/branch'
import { DurationCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { CallResult } from '../calls/CallTable'

export function EndedCall({ call, customer }: { call: string; customer: string }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['calls', customer, 'ended', call],
    queryFn: () => branchApi.calls({ customer, limit: 5 }),
  })
  const found = query.data?.items.find((one) => one.call === call)
  return (
    <div className="zk-row" role="status">
      <span>{t('branch.dial.ended')}</span>
      {found?.result ? (
        <>
          <CallResult call={found} />
          {found.talk_ms ? <DurationCell ms={found.talk_ms} /> : null}
        </>
      ) : null}
    </div>
  )
}
