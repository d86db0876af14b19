// Who is at the other end: a customer by link, else the number as this user may see it.
import { Link } from '@tanstack/react-router'
import { MaskedNumber } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

type Party = { number?: string | null; customer?: string | null }

export function OtherParty({ call }: { call: Party }) {
  const { t } = useTranslation()
  if (!call.customer) return <MaskedNumber value={call.number} />
  return (
    <Link className="zk-link zk-num" to="/customers/$id" params={{ id: call.customer }}>
      {call.number || t('branch.call.customer')}
    </Link>
  )
}

export function extensions(call: {
  extension?: string | null
  other_extension?: string | null
}): string {
  return [call.extension, call.other_extension].filter(Boolean).join(' → ') || '—'
}
