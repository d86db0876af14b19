// What failed, in words by its code; what is kept; try again; the trace id for whoever helps.
import { CloseCircleOutlined } from '@ant-design/icons'
import { asProblem } from '@zhunkehu/api'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { textOfProblem } from './problemText'

type Props = { error: unknown; onRetry?: (() => void) | undefined; kept?: string }

export function ErrorState({ error, onRetry, kept }: Props) {
  const { t } = useTranslation()
  const problem = asProblem(error)
  return (
    <div className="zk-state" role="alert">
      <CloseCircleOutlined className="zk-state-icon" style={{ color: '#c62a1d' }} aria-hidden />
      <strong>{textOfProblem(problem)}</strong>
      <p>
        {kept ?? t('error.kept')}
        {problem.traceId ? (
          <>
            <br />
            {t('error.trace')} <code>{problem.traceId}</code>
          </>
        ) : null}
      </p>
      {onRetry ? <Button onClick={onRetry}>{t('error.retry')}</Button> : null}
    </div>
  )
}

/** The same in one line, above what else there is to see. */
export function FailedBanner({ what, error, onRetry }: { what: string } & Props) {
  const { t } = useTranslation()
  const problem = asProblem(error)
  return (
    <div className="zk-banner zk-banner-warn" role="alert">
      <strong>{what}</strong>
      <span>
        {textOfProblem(problem)}
        {problem.traceId ? ` · ${t('error.trace')} ${problem.traceId}` : null}
      </span>
      {onRetry ? (
        <Button size="small" onClick={onRetry}>
          {t('error.retry')}
        </Button>
      ) : null}
    </div>
  )
}
