// The browser's own player over ranges; the sound is decrypted by the appliance piece by piece.
import { Problem } from '@zhunkehu/api'
import { branchApi, type Recording } from '@zhunkehu/api/branch'
import { Card, DurationCell, ErrorState, TimeCell } from '@zhunkehu/kit'
import { Alert, Button, Segmented } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

const RATES = [1, 1.25, 1.5, 2]

export function Player({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const { t } = useTranslation()
  const audio = useRef<HTMLAudioElement>(null)
  const [rate, setRate] = useState(1)
  const [failed, setFailed] = useState(false)
  return (
    <Card
      title={t('branch.recording.player')}
      padded
      extra={
        <Button size="small" onClick={onClose}>
          {t('branch.recording.stop')}
        </Button>
      }
    >
      <div className="zk-stack">
        <div className="zk-row" style={{ gap: 16 }}>
          <TimeCell at={recording.started} />
          <span className="zk-num">
            {t('branch.recording.extension')} {recording.extension ?? '—'}
          </span>
          <DurationCell ms={recording.duration_ms} />
          <Segmented
            size="small"
            aria-label={t('branch.recording.rate')}
            value={rate}
            options={RATES.map((one) => ({ value: one, label: `${one}×` }))}
            onChange={(chosen) => {
              setRate(chosen)
              if (audio.current) audio.current.playbackRate = chosen
            }}
          />
        </div>
        {recording.state === 'cut' ? (
          <Alert type="warning" showIcon title={t('branch.recording.cut_note')} />
        ) : null}
        {failed ? (
          <ErrorState error={new Problem(0, { code: 'audio' })} onRetry={() => setFailed(false)} />
        ) : (
          // biome-ignore lint/a11y/useMediaCaption: a telephone call has no captions
          <audio
            ref={audio}
            controls
            autoPlay
            preload="metadata"
            controlsList="nodownload"
            aria-label={t('branch.recording.player')}
            src={branchApi.audioPath(recording.id)}
            onError={() => setFailed(true)}
            style={{ width: '100%' }}
          />
        )}
        <p className="zk-quiet">{t('branch.recording.channels')}</p>
      </div>
    </Card>
  )
}
