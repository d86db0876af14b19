// The places of the branch's pages.
import {
  AlertOutlined,
  ApiOutlined,
  AudioOutlined,
  AuditOutlined,
  DashboardOutlined,
  LaptopOutlined,
  PhoneOutlined,
  SwapOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { AlarmsPage } from './alarms/AlarmsPage'
import { AuditPage } from './audit/AuditPage'
import { CallsPage } from './calls/CallsPage'
import { CustomerPage } from './customers/CustomerPage'
import { CustomersPage } from './customers/CustomersPage'
import { Desk } from './Desk'
import { OverviewPage } from './overview/OverviewPage'
import { PhonesPage } from './phones/PhonesPage'
import { RecordingsPage } from './recordings/RecordingsPage'
import { SystemPage } from './system/SystemPage'
import { TrunksPage } from './trunks/TrunksPage'

type PlaceName =
  | 'overview'
  | 'customers'
  | 'calls'
  | 'recordings'
  | 'phones'
  | 'trunks'
  | 'alarms'
  | 'system'
  | 'audit'
export type Place = {
  to:
    | '/'
    | '/customers'
    | '/calls'
    | '/recordings'
    | '/phones'
    | '/trunks'
    | '/alarms'
    | '/system'
    | '/audit'
  name: PlaceName
  icon: ReactNode
  /** The right without which it is not offered. */
  needs?: string
}

export const PLACES: readonly Place[] = [
  { to: '/', name: 'overview', icon: <DashboardOutlined aria-hidden /> },
  { to: '/customers', name: 'customers', icon: <TeamOutlined aria-hidden /> },
  { to: '/calls', name: 'calls', icon: <PhoneOutlined aria-hidden /> },
  { to: '/recordings', name: 'recordings', icon: <AudioOutlined aria-hidden /> },
  { to: '/phones', name: 'phones', icon: <LaptopOutlined aria-hidden />, needs: 'manage_phones' },
  { to: '/trunks', name: 'trunks', icon: <SwapOutlined aria-hidden />, needs: 'manage_phones' },
  { to: '/alarms', name: 'alarms', icon: <AlertOutlined aria-hidden />, needs: 'let_in' },
  { to: '/system', name: 'system', icon: <ApiOutlined aria-hidden /> },
  { to: '/audit', name: 'audit', icon: <AuditOutlined aria-hidden />, needs: 'search_audit' },
]

const root = createRootRoute({ component: Desk, notFoundComponent: OverviewPage })
const at = <Path extends string>(path: Path, component: () => ReactNode) =>
  createRoute({ getParentRoute: () => root, path, component })

const routeTree = root.addChildren([
  at('/', OverviewPage),
  at('/customers', CustomersPage),
  at('/customers/$id', CustomerPage),
  at('/calls', CallsPage),
  at('/recordings', RecordingsPage),
  at('/phones', PhonesPage),
  at('/trunks', TrunksPage),
  at('/alarms', AlarmsPage),
  at('/system', SystemPage),
  at('/audit', AuditPage),
])

export const makeRouter = () => createRouter({ routeTree, defaultPreload: false })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
