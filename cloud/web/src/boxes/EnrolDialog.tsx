// A new enrolment: for which box, then the three things to type there. The code is shown this once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { type EnrolmentMade, hqApi } from '@zhunkehu/api/hq'
import { label, StatusTag, textOfCode, textOfProblem } from '@zhunkehu/kit'
import { Alert, Button, Input, Modal, Radio, Typography } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Countdown } from './Countdown'

const PURPOSES = ['join', 'replace'] as const
type Purpose = (typeof PURPOSES)[number]

export function EnrolDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [box, setBox] = useState('')
  const [purpose, setPurpose] = useState<Purpose>('join')
  const make = useMutation({
    mutationFn: () => hqApi.makeEnrolment(box.trim(), purpose),
    gcTime: 0,
    onSuccess: () => void client.invalidateQueries({ queryKey: ['enrolments'] }),
  })
  return (
    <Modal
      open
      width={640}
      title={t('hq.box.new')}
      onCancel={onClose}
      maskClosable={false}
      destroyOnHidden
      footer={
        make.data ? (
          <Button type="primary" onClick={onClose}>
            {t('hq.box.close')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('hq.box.close')}</Button>
            <Button
              type="primary"
              disabled={box.trim() === ''}
              loading={make.isPending}
              onClick={() => make.mutate()}
            >
              {t('hq.box.make')}
            </Button>
          </>
        )
      }
    >
      {make.data ? (
        <Shown made={make.data} />
      ) : (
        <Asked
          box={box}
          purpose={purpose}
          error={make.error}
          onBox={setBox}
          onPurpose={setPurpose}
        />
      )}
    </Modal>
  )
}

type AskedProps = {
  box: string
  purpose: Purpose
  error: unknown
  onBox: (box: string) => void
  onPurpose: (purpose: Purpose) => void
}

function Asked({ box, purpose, error, onBox, onPurpose }: AskedProps) {
  const { t } = useTranslation()
  const id = useId()
  const problem = error ? asProblem(error) : undefined
  const field = problem?.errors.find((one) => one.pointer === '/box_id')
  return (
    <div className="zk-stack">
      <label htmlFor={id}>{t('hq.box.id')}</label>
      <Input
        id={id}
        maxLength={63}
        autoFocus
        value={box}
        placeholder="sz-01"
        onChange={(event) => onBox(event.target.value)}
        {...(field ? { status: 'error' as const } : {})}
      />
      <span className="zk-quiet">{field ? textOfCode(field.code) : t('hq.box.id_hint')}</span>
      <Radio.Group
        aria-label={t('hq.box.purpose')}
        value={purpose}
        onChange={(event) => onPurpose(event.target.value as Purpose)}
        options={PURPOSES.map((one) => ({ value: one, label: label('enrol_purpose', one) }))}
      />
      <span className="zk-quiet">
        {t(purpose === 'join' ? 'hq.box.purpose_join' : 'hq.box.purpose_replace')}
      </span>
      {problem && !field ? <Alert type="error" showIcon title={textOfProblem(problem)} /> : null}
    </div>
  )
}

function Shown({ made }: { made: EnrolmentMade }) {
  const { t } = useTranslation()
  const { enrolment, url, code, fingerprint } = made
  const query = useQuery({ queryKey: ['enrolments'], queryFn: hqApi.enrolments })
  const now = query.data?.items.find((one) => one.id === enrolment.id) ?? enrolment
  return (
    <div className="zk-stack">
      <Alert type="info" showIcon title={t('hq.box.once', { box: enrolment.box_id })} />
      <Line name={t('hq.box.url')} value={url} />
      <Line name={t('hq.box.code')} value={code} large />
      <Line name={t('hq.box.fingerprint')} value={fingerprint} />
      <span className="zk-row">
        {now.state === 'used' ? (
          <StatusTag tone="good">{t('hq.box.arrived', { box: enrolment.box_id })}</StatusTag>
        ) : (
          <StatusTag tone="busy">{label('enrol_state', now.state)}</StatusTag>
        )}
        {now.state === 'open' ? <Countdown until={now.expires} /> : null}
      </span>
      <span className="zk-quiet">{t('hq.box.how')}</span>
    </div>
  )
}

function Line({ name, value, large = false }: { name: string; value: string; large?: boolean }) {
  return (
    <div>
      <span className="zk-quiet">{name}</span>
      <div>
        <Typography.Text
          copyable={{ text: value }}
          className="zk-num"
          style={large ? { fontSize: 28, fontWeight: 600, letterSpacing: 2 } : { fontSize: 15 }}
        >
          {value}
        </Typography.Text>
      </div>
    </div>
  )
}
