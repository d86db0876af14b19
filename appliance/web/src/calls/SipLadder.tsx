// How one call went on the wire: its messages in the order of time, between who began it, the gateway, and the others.
import { useQuery } from '@tanstack/react-query'
import { branchApi, type SipLadder as Ladder, type SipMessage } from '@zhunkehu/api/branch'
import { type Column, DataTable, EmptyState, format, Loaded } from '@zhunkehu/kit'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

type Rung = SipMessage & { key: string; leg: number }

/** All legs' messages in the order of time. */
export function rungs(ladder: Ladder): Rung[] {
  const all = ladder.legs.flatMap((leg, at) =>
    leg.messages.map((message, n) => ({ ...message, key: `${at}-${n}`, leg: at })),
  )
  return all.sort((one, other) => one.at - other.at)
}

/** `486 INVITE`, or the method of a request, and what it carries. */
export function said(message: SipMessage): string {
  const what = message.code === undefined ? message.method : `${message.code} ${message.method}`
  return message.q850 === undefined ? what : `${what} · Q.850 ${message.q850}`
}

export function SipLadderButton({ call }: { call: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('branch.ladder.open')}
      </Button>
      {open ? <SipLadder call={call} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

function SipLadder({ call, onClose }: { call: string; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useQuery({ queryKey: ['ladder', call], queryFn: () => branchApi.ladder(call) })
  return (
    <Modal
      open
      title={t('branch.ladder.title')}
      footer={null}
      onCancel={onClose}
      width={1040}
      destroyOnHidden
    >
      <div className="zk-stack">
        <span className="zk-quiet">{t('branch.ladder.hint')}</span>
        <Loaded query={query} rows={8}>
          {(ladder) => <Rungs ladder={ladder} />}
        </Loaded>
      </div>
    </Modal>
  )
}

function Rungs({ ladder }: { ladder: Ladder }) {
  const { t } = useTranslation()
  const all = rungs(ladder)
  const leftOut = ladder.legs.reduce((sum, leg) => sum + leg.left_out, 0)
  const began = all[0]?.at ?? 0
  const columns: Column<Rung>[] = [
    {
      key: 'time',
      title: t('branch.ladder.time'),
      width: 150,
      cell: (rung) => (
        <span className="zk-num zk-nowrap">
          {format.clock(rung.at)} +{((rung.at - began) / 1000).toFixed(3)}
        </span>
      ),
    },
    {
      key: 'caller',
      title: t('branch.ladder.caller'),
      cell: (rung) => (rung.leg === 0 ? <Peer rung={rung} /> : null),
    },
    {
      key: 'left',
      title: t('branch.ladder.left'),
      width: 200,
      cell: (rung) => (rung.leg === 0 ? <Arrow rung={rung} right={rung.incoming} /> : null),
    },
    {
      key: 'right',
      title: t('branch.ladder.right'),
      width: 200,
      cell: (rung) => (rung.leg === 0 ? null : <Arrow rung={rung} right={!rung.incoming} />),
    },
    {
      key: 'others',
      title: t('branch.ladder.others'),
      cell: (rung) => (rung.leg === 0 ? null : <Peer rung={rung} />),
    },
  ]
  return (
    <>
      <DataTable
        name={t('branch.ladder.title')}
        rows={all}
        rowKey={(rung) => rung.key}
        columns={columns}
        empty={<EmptyState title={t('branch.ladder.none')} hint={t('branch.ladder.none_hint')} />}
      />
      {leftOut > 0 ? (
        <span className="zk-quiet">{t('branch.ladder.left_out', { count: leftOut })}</span>
      ) : null}
    </>
  )
}

function Peer({ rung }: { rung: Rung }) {
  return (
    <span className="zk-num zk-nowrap">
      {rung.transport} {rung.peer}
    </span>
  )
}

function Arrow({ rung, right }: { rung: Rung; right: boolean }) {
  const { t } = useTranslation()
  const text = (
    <span className="zk-num">
      {said(rung)}
      {rung.sdp ? <span className="zk-quiet"> ({t('branch.ladder.sdp')})</span> : null}
    </span>
  )
  return (
    <span className="zk-row zk-nowrap">
      {right ? null : <span aria-hidden>◀──</span>}
      {text}
      {right ? <span aria-hidden>──▶</span> : null}
    </span>
  )
}
