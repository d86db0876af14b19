// What became of the call that was just over.
import { useQuery } from '@tanstack/react-query'
import { branchApi } from '@zhunkehu/api/branch'
import { DurationCell } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { CallResult } from '../calls/CallTable'

export function EndedCall({ call }: { call: string }) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: ['calls', 'one', call],
    queryFn: () => branchApi.call(call),
  })
  const found = query.data
  return (
    <div className="zk-row" role="status">
      <span>{t('branch.dial.ended')}</span>
      {found?.end ? (
        <>
          <CallResult call={found} />
          {found.end.talk_ms ? <DurationCell ms={found.end.talk_ms} /> : null}
        </>
      ) : null}
    </div>
  )
}
