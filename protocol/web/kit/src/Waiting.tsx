// Grey bars, but only when the wait is long enough to be noticed.
import { Skeleton } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

const NOTICED_AFTER_MS = 200

export function Waiting({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation()
  const [noticed, setNoticed] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setNoticed(true), NOTICED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div style={{ padding: 16, minHeight: 96 }} aria-busy="true">
      <span className="zk-hidden" role="status">
        {t('loading')}
      </span>
      {noticed ? <Skeleton active title={false} paragraph={{ rows, width: '100%' }} /> : null}
    </div>
  )
}
