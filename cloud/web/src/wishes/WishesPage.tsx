// What all branches are to keep to: what headquarters may see, and whom nobody may call.
import { FieldPolicyCard } from './FieldPolicyCard'
import { RefusalsCard } from './RefusalsCard'

export function WishesPage() {
  return (
    <div className="zk-grid zk-two">
      <FieldPolicyCard />
      <RefusalsCard />
    </div>
  )
}
