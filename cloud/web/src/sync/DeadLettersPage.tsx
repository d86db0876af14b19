// Facts that could not be applied: which, since when, why; and another try after an upgrade.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { asProblem } from '@zhunkehu/api'
import { type DeadLetter, hqApi } from '@zhunkehu/api/hq'
import { Card, Loaded, textOfProblem, usePages } from '@zhunkehu/kit'
import { Alert, Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { BranchChoice } from '../BranchChoice'
import { useLive } from '../live'
import { useIsAdmin } from '../role'
import { DeadLetterTable } from './DeadLetterTable'
import { DeadLetterView } from './DeadLetterView'

type Wanted = { box: string; letter?: DeadLetter }

export function DeadLettersPage() {
  const { t } = useTranslation()
  const asked = useSearch({ from: '/dead-letters', select: (search) => search.box })
  const [box, setBox] = useState(asked)
  const [seen, setSeen] = useState<DeadLetter>()
  const cache = useQueryClient()
  const { query, more } = usePages(['dead_letters', box], (cursor) =>
    hqApi.deadLetters({ box, ...(cursor ? { cursor } : {}) }),
  )
  const retry = useMutation({
    mutationFn: ({ box, letter }: Wanted) => hqApi.retryDeadLetters(box, letter),
    onSuccess: () => {
      setSeen(undefined)
      return cache.invalidateQueries({ queryKey: ['dead_letters'] })
    },
  })
  return (
    <Card
      title={t('hq.nav.dead_letters')}
      extra={
        <div className="zk-row">
          <BranchChoice box={box} onChoose={setBox} />
          <RetryAll box={box} busy={retry.isPending} onRetry={() => retry.mutate({ box })} />
        </div>
      }
    >
      <p className="zk-quiet" style={{ padding: '8px 16px' }}>
        {t('hq.dead_letter.note')}
      </p>
      {retry.data ? (
        <Alert
          type={retry.data.left > 0 ? 'warning' : 'success'}
          showIcon
          closable
          title={t(retry.data.waiting > 0 ? 'hq.dead_letter.told_more' : 'hq.dead_letter.told', {
            ...retry.data,
          })}
          style={{ margin: '0 16px 8px' }}
        />
      ) : null}
      {retry.isError ? (
        <Alert
          type="error"
          showIcon
          title={textOfProblem(asProblem(retry.error))}
          style={{ margin: '0 16px 8px' }}
        />
      ) : null}
      <Loaded query={query} rows={10}>
        {(letters) => (
          <DeadLetterTable
            letters={letters}
            more={more}
            filtered={box !== ''}
            onLook={(letter) => setSeen(letter)}
          />
        )}
      </Loaded>
      {seen ? (
        <DeadLetterView
          letter={seen}
          busy={retry.isPending}
          onRetry={() => retry.mutate({ box: seen.box_id, letter: seen })}
          onClose={() => setSeen(undefined)}
        />
      ) : null}
    </Card>
  )
}

type RetryAllProps = { box: string; busy: boolean; onRetry: () => void }

/** Names the branch and how many, before anything is done. */
function RetryAll({ box, busy, onRetry }: RetryAllProps) {
  const { t } = useTranslation()
  const admin = useIsAdmin()
  const branch = useLive((now) => now.branches.find((one) => one.box_id === box))
  if (!admin || box === '' || !branch || branch.dead_letters === 0) return null
  const named = { branch: branch.name, n: branch.dead_letters }
  return (
    <Popconfirm
      title={t('hq.dead_letter.retry_all_sure', named)}
      okText={t('hq.dead_letter.retry')}
      cancelText={t('hq.dead_letter.cancel')}
      onConfirm={onRetry}
      getPopupContainer={(button) => button.parentElement ?? document.body}
    >
      <Button type="primary" loading={busy}>
        {t('hq.dead_letter.retry_all')}
      </Button>
    </Popconfirm>
  )
}
