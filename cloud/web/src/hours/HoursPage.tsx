// Attempts and answers hour by hour: a picture, and the same numbers with their n.
import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { hqApi } from '@zhunkehu/api/hq'
import { Card, EmptyState, Loaded } from '@zhunkehu/kit'
import { serverNow } from '@zhunkehu/live'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AsOf } from '../AsOf'
import { BranchChoice } from '../BranchChoice'
import { DAY_MS, dayName, midnight } from './chinaDay'
import { HourlyPicture } from './HourlyPicture'
import { HourTable } from './HourTable'

const ASKED_EVERY_MS = 15_000

export function HoursPage() {
  const { t } = useTranslation()
  const [box, setBox] = useState('')
  const [from, setFrom] = useState(() => midnight(serverNow()))
  const today = midnight(serverNow())
  const query = useQuery({
    queryKey: ['hours', from, box],
    queryFn: () => hqApi.hours({ from, to: from + DAY_MS, box }),
    refetchInterval: from === today ? ASKED_EVERY_MS : false,
  })
  return (
    <Card
      title={t('hq.hours.title')}
      extra={
        <div className="zk-row">
          <AsOf at={query.data?.as_of} />
          <BranchChoice box={box} onChoose={setBox} />
          <Button
            icon={<LeftOutlined aria-hidden />}
            aria-label={t('hq.hours.previous')}
            onClick={() => setFrom(from - DAY_MS)}
          />
          <strong className="zk-num">{dayName(from)}</strong>
          <Button
            icon={<RightOutlined aria-hidden />}
            aria-label={t('hq.hours.next')}
            disabled={from >= today}
            onClick={() => setFrom(from + DAY_MS)}
          />
          <Button disabled={from === today} onClick={() => setFrom(today)}>
            {t('hq.hours.today')}
          </Button>
        </div>
      }
    >
      <Loaded query={query} rows={8}>
        {(hours) =>
          hours.items.length === 0 ? (
            <EmptyState title={t('hq.hours.none')} hint={t('hq.hours.none_hint')} />
          ) : (
            <>
              <HourlyPicture from={from} hours={hours.items} />
              <HourTable hours={hours.items} />
              <p className="zk-quiet" style={{ padding: '8px 16px' }}>
                {t('hq.hours.basis')}
              </p>
            </>
          )
        }
      </Loaded>
    </Card>
  )
}
