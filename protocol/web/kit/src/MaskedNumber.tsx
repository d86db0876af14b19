// A number as this user may see it. The browser never needs the clear one: it dials by customer.
import { LockOutlined } from '@ant-design/icons'
import { Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { NOTHING } from './format'

/** Empty text: there is a number, and it is not for this role. `null` and `undefined`: there is none. */
export function MaskedNumber({ value }: { value: string | null | undefined }) {
  if (value === '') return <SealedValue />
  return <span className="zk-num">{value ?? NOTHING}</span>
}

/** A name as this user may see it; empty text as above. */
export function PersonName({ value }: { value: string | null | undefined }) {
  if (value === '') return <SealedValue />
  return <span>{value ?? NOTHING}</span>
}

type Why = 'hidden' | 'sealed' | 'erasing' | 'erased'

/** A field that exists and is not for these eyes: said so, never a blank. */
export function SealedValue({ why = 'hidden' }: { why?: Why }) {
  const { t } = useTranslation()
  return (
    <Tooltip title={t(`sealed.why.${why}`)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable by keyboard */}
      <span className="zk-quiet" tabIndex={0} style={{ whiteSpace: 'nowrap' }}>
        <LockOutlined aria-hidden /> {t(`sealed.word.${why}`)}
      </span>
    </Tooltip>
  )
}
