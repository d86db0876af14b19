// 拦截与告警: what somebody has to look at, and who is shut out.
import { AlarmsCard } from './AlarmsCard'
import { BansCard } from './BansCard'

export function AlarmsPage() {
  return (
    <div className="zk-stack">
      <AlarmsCard />
      <BansCard />
    </div>
  )
}
