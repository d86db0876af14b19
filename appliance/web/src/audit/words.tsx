// The audit's codes as words: `user:li` is somebody's name, `customer:…` is a customer.
import { Link } from '@tanstack/react-router'
import { format } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

/** The kind before the colon, the name behind it. */
export function parted(code: string): { kind: string; name: string } {
  const at = code.indexOf(':')
  return at < 0 ? { kind: code, name: '' } : { kind: code.slice(0, at), name: code.slice(at + 1) }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

/** The time at the beginning of an id tells it apart; its end is the same for a whole run of the gateway. */
function short(name: string): string {
  return UUID.test(name) ? `${name.slice(0, 13)}…` : name
}

export function Words({ code }: { code: string | null | undefined }) {
  const { t } = useTranslation()
  if (!code) return <>{format.NOTHING}</>
  const { kind, name } = parted(code)
  const word = t(`branch.audit.of.${kind}`, { defaultValue: kind })
  const text = name === '' ? word : `${word} ${short(name)}`
  if (kind === 'customer') {
    return (
      <Link className="zk-link zk-num" to="/customers/$id" params={{ id: name }} title={name}>
        {text}
      </Link>
    )
  }
  return (
    <span className="zk-num" title={name}>
      {text}
    </span>
  )
}
