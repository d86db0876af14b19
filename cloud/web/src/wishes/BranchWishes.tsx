// What headquarters wants of one branch: its directives, and commands for now.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asProblem } from '@zhunkehu/api'
import { type BranchCommand, type Directive, hqApi } from '@zhunkehu/api/hq'
import {
  Card,
  type Column,
  DataTable,
  EmptyState,
  format,
  Loaded,
  label,
  StatusTag,
  TimeCell,
  type Tone,
  textOfProblem,
} from '@zhunkehu/kit'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useIsAdmin } from '../role'

const ASKED_EVERY_MS = 5_000
const KINDS = ['report', 'verify_journal'] as const
const toneOfState: Record<Directive['state'], Tone> = {
  waiting: 'warn',
  received: 'busy',
  applied: 'good',
  refused: 'bad',
}

export function BranchWishes({ box }: { box: string }) {
  return (
    <div className="zk-grid zk-two">
      <Directives box={box} />
      <Commands box={box} />
    </div>
  )
}

function Directives({ box }: { box: string }) {
  const { t } = useTranslation()
  const admin = useIsAdmin()
  const cache = useQueryClient()
  const query = useQuery({
    queryKey: ['directives', box],
    queryFn: () => hqApi.directives(box),
    refetchInterval: ASKED_EVERY_MS,
  })
  const louder = useMutation({
    mutationFn: () => hqApi.setLogLevel(box, { filter: 'debug', minutes: 60 }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['directives', box] }),
  })
  const columns: Column<Directive>[] = [
    {
      key: 'seq',
      title: t('hq.dead_letter.seq'),
      width: 56,
      numeric: true,
      cell: (one) => <span className="zk-num">{format.count(one.seq)}</span>,
    },
    { key: 'kind', title: t('hq.wish.what'), cell: (one) => label('directive', one.kind) },
    {
      key: 'state',
      title: t('hq.wish.state'),
      width: 110,
      cell: (one) => (
        <StatusTag tone={toneOfState[one.state]}>{label('directive_state', one.state)}</StatusTag>
      ),
    },
    { key: 'by', title: t('hq.policy.by'), width: 80, cell: (one) => one.by ?? t('actor.system') },
    {
      key: 'issued',
      title: t('hq.wish.issued'),
      width: 110,
      cell: (one) => <TimeCell at={one.issued} />,
    },
  ]
  return (
    <Card
      title={t('hq.wish.directives')}
      extra={
        admin ? (
          <Button size="small" loading={louder.isPending} onClick={() => louder.mutate()}>
            {t('hq.wish.debug')}
          </Button>
        ) : undefined
      }
    >
      {louder.isError ? (
        <Alert type="error" showIcon title={textOfProblem(asProblem(louder.error))} />
      ) : null}
      <Loaded query={query} rows={4}>
        {(page) => (
          <DataTable
            name={t('hq.wish.directives')}
            rows={page.items}
            rowKey={(one) => String(one.seq)}
            columns={columns}
            empty={<EmptyState title={t('hq.wish.no_directives')} />}
          />
        )}
      </Loaded>
    </Card>
  )
}

function Commands({ box }: { box: string }) {
  const { t } = useTranslation()
  const admin = useIsAdmin()
  const cache = useQueryClient()
  const query = useQuery({
    queryKey: ['commands', box],
    queryFn: () => hqApi.commands(box),
    refetchInterval: ASKED_EVERY_MS,
  })
  const ask = useMutation({
    mutationFn: (kind: string) => hqApi.command(box, kind),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['commands', box] }),
  })
  const columns: Column<BranchCommand>[] = [
    {
      key: 'kind',
      title: t('hq.wish.what'),
      width: 108,
      cell: (one) => label('command', one.kind),
    },
    {
      key: 'answer',
      title: t('hq.wish.answer'),
      cell: (one) => (one.code ? `${label('command_code', one.code)} ${one.detail ?? ''}` : '—'),
    },
    {
      key: 'issued',
      title: t('hq.wish.issued'),
      width: 110,
      cell: (one) => <TimeCell at={one.issued} />,
    },
    {
      key: 'until',
      title: t('hq.wish.until'),
      width: 110,
      cell: (one) => <TimeCell at={one.not_after} />,
    },
  ]
  return (
    <Card
      title={t('hq.wish.commands')}
      extra={
        admin ? (
          <span className="zk-row">
            {KINDS.map((kind) => (
              <Button
                key={kind}
                size="small"
                loading={ask.isPending && ask.variables === kind}
                onClick={() => ask.mutate(kind)}
              >
                {label('command', kind)}
              </Button>
            ))}
          </span>
        ) : undefined
      }
    >
      {ask.isError ? (
        <Alert type="error" showIcon title={textOfProblem(asProblem(ask.error))} />
      ) : null}
      <Loaded query={query} rows={4}>
        {(page) => (
          <DataTable
            name={t('hq.wish.commands')}
            rows={page.items}
            rowKey={(one) => one.id}
            columns={columns}
            empty={<EmptyState title={t('hq.wish.no_commands')} />}
          />
        )}
      </Loaded>
    </Card>
  )
}
