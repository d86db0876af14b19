// What was recorded, and a player for one of them at a time.
import { CaretRightOutlined } from '@ant-design/icons'
import { branchApi, type Recording } from '@zhunkehu/api/branch'
import {
  Card,
  type Column,
  DataTable,
  DurationCell,
  EmptyState,
  format,
  Loaded,
  StatusTag,
  TimeCell,
  type Tone,
  usePages,
} from '@zhunkehu/kit'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { extensions, OtherParty } from '../calls/OtherParty'
import { Player } from './Player'

const TONE: Record<string, Tone> = {
  running: 'busy',
  complete: 'good',
  cut: 'warn',
  failed: 'bad',
  erased: 'idle',
}

export function RecordingsPage() {
  const { t } = useTranslation()
  const [played, setPlayed] = useState<Recording>()
  const { query, more } = usePages(['recordings'], (cursor) =>
    branchApi.recordings(cursor ? { cursor } : {}),
  )
  return (
    <>
      {played ? (
        <Player key={played.id} recording={played} onClose={() => setPlayed(undefined)} />
      ) : null}
      <Card title={t('branch.nav.recordings')}>
        <Loaded query={query} rows={10}>
          {(rows) => (
            <RecordingTable rows={rows} more={more} played={played?.id} onPlay={setPlayed} />
          )}
        </Loaded>
      </Card>
    </>
  )
}

type TableProps = {
  rows: Recording[]
  more: { onMore: () => void; loading: boolean } | undefined
  played: string | undefined
  onPlay: (recording: Recording) => void
}

function RecordingTable({ rows, more, played, onPlay }: TableProps) {
  const { t } = useTranslation()
  const columns: Column<Recording>[] = [
    {
      key: 'started',
      title: t('branch.recording.started'),
      width: 130,
      cell: (row) => <TimeCell at={row.started} />,
    },
    {
      key: 'extension',
      title: t('branch.recording.extension'),
      width: 90,
      cell: (row) => <span className="zk-num">{extensions(row)}</span>,
    },
    {
      key: 'outside',
      title: t('branch.recording.outside'),
      cell: (row) => <OtherParty call={row} />,
    },
    {
      key: 'length',
      title: t('branch.recording.length'),
      width: 90,
      numeric: true,
      cell: (row) => <DurationCell ms={row.duration_ms} />,
    },
    {
      key: 'size',
      title: t('branch.recording.size'),
      width: 100,
      numeric: true,
      cell: (row) => <span className="zk-num">{format.bytes(row.bytes)}</span>,
    },
    {
      key: 'state',
      title: t('branch.recording.state'),
      width: 190,
      cell: (row) => <RecordingState row={row} />,
    },
    {
      key: 'play',
      title: t('branch.call.action'),
      width: 100,
      cell: (row) =>
        row.state === 'complete' || row.state === 'cut' ? (
          <Button
            size="small"
            icon={<CaretRightOutlined aria-hidden />}
            aria-pressed={row.id === played}
            onClick={() => onPlay(row)}
          >
            {t('branch.recording.play')}
          </Button>
        ) : null,
    },
  ]
  return (
    <DataTable
      name={t('branch.nav.recordings')}
      rows={rows}
      rowKey={(row) => row.id}
      columns={columns}
      more={more}
      empty={
        <EmptyState title={t('branch.recording.none')} hint={t('branch.recording.none_hint')} />
      }
    />
  )
}

function RecordingState({ row }: { row: Recording }) {
  const { t } = useTranslation()
  return (
    <span className="zk-row">
      <StatusTag tone={TONE[row.state] ?? 'idle'}>
        {t(`branch.recording.at.${row.state}`, { defaultValue: row.state })}
      </StatusTag>
      {row.lost_ms > 0 ? (
        <span className="zk-quiet">
          {t('branch.recording.lost', { n: (row.lost_ms / 1000).toFixed(1) })}
        </span>
      ) : null}
    </span>
  )
}
