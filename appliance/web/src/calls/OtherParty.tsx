// Who is at the other end: a customer by name and link, and the number as this user may see it.
import { Link } from '@tanstack/react-router'
import { MaskedNumber, SealedValue } from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'

type Party = {
  number?: string | undefined
  customer?: string | undefined
  customer_name?: string | undefined
}

export function OtherParty({ call }: { call: Party }) {
  const { t } = useTranslation()
  // everybody at the branch may see at least a masked number: an empty one was erased
  const number =
    call.number === '' ? <SealedValue why="erased" /> : <MaskedNumber value={call.number} />
  if (!call.customer) return number
  return (
    <span className="zk-row zk-nowrap">
      <Link className="zk-link" to="/customers/$id" params={{ id: call.customer }}>
        {call.customer_name || call.number || t('sealed.word.erased')}
      </Link>
      {call.customer_name ? number : null}
    </span>
  )
}

type Phones = { extension?: string | undefined; other_extension?: string | undefined }

export function extensions(call: Phones): string {
  return [call.extension, call.other_extension].filter(Boolean).join(' → ') || '—'
}
