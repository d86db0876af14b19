// What became of the call that was just over. The live line is quicker than the records: they are asked until they know.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { branchApi } from '@zhunkehu/api/branch'
import { DurationCell } from '@zhunkehu/kit'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { CallResult } from '../calls/CallTable'

const ASKED_EVERY_MS = 300
const ASKED_TIMES_MAX = 20

export function EndedCall({ call, customer }: { call: string; customer: string }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data } = useQuery({
    queryKey: ['call', call],
    queryFn: () => branchApi.call(call),
    refetchInterval: ({ state }) =>
      state.data?.end || state.dataUpdateCount >= ASKED_TIMES_MAX ? false : ASKED_EVERY_MS,
  })
  const end = data?.end
  const known = end !== undefined
  useEffect(() => {
    if (!known) return
    void client.invalidateQueries({ queryKey: ['calls'] })
    void client.invalidateQueries({ queryKey: ['customer', customer] })
  }, [known, client, customer])
  return (
    <div className="zk-row" role="status">
      <span>{t('branch.dial.ended')}</span>
      {data && end ? (
        <>
          <CallResult call={data} />
          {end.talk_ms > 0 ? <DurationCell ms={end.talk_ms} /> : null}
        </>
      ) : null}
    </div>
  )
}
