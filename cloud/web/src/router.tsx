// The places of headquarters' pages.
import {
  ApartmentOutlined,
  BarChartOutlined,
  CloudSyncOutlined,
  ExceptionOutlined,
  PhoneOutlined,
  SafetyCertificateOutlined,
  SafetyOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { BoxesPage } from './boxes/BoxesPage'
import { BranchesPage } from './branches/BranchesPage'
import { BranchPage } from './branches/BranchPage'
import { CallsPage } from './calls/CallsPage'
import { CustomersPage } from './customers/CustomersPage'
import { Dashboard } from './Dashboard'
import { HoursPage } from './hours/HoursPage'
import { DeadLettersPage } from './sync/DeadLettersPage'
import { SyncPage } from './sync/SyncPage'
import { WishesPage } from './wishes/WishesPage'

export type Place = {
  to: '/' | '/hours' | '/calls' | '/customers' | '/sync' | '/dead-letters' | '/wishes' | '/boxes'
  name: 'branches' | 'hours' | 'calls' | 'customers' | 'sync' | 'dead_letters' | 'wishes' | 'boxes'
  icon: ReactNode
}

export const PLACES: readonly Place[] = [
  { to: '/', name: 'branches', icon: <ApartmentOutlined aria-hidden /> },
  { to: '/hours', name: 'hours', icon: <BarChartOutlined aria-hidden /> },
  { to: '/calls', name: 'calls', icon: <PhoneOutlined aria-hidden /> },
  { to: '/customers', name: 'customers', icon: <TeamOutlined aria-hidden /> },
  { to: '/sync', name: 'sync', icon: <CloudSyncOutlined aria-hidden /> },
  { to: '/dead-letters', name: 'dead_letters', icon: <ExceptionOutlined aria-hidden /> },
  { to: '/boxes', name: 'boxes', icon: <SafetyCertificateOutlined aria-hidden /> },
  { to: '/wishes', name: 'wishes', icon: <SafetyOutlined aria-hidden /> },
]

const root = createRootRoute({ component: Dashboard, notFoundComponent: BranchesPage })
const at = <Path extends string>(path: Path, component: () => ReactNode) =>
  createRoute({ getParentRoute: () => root, path, component })

/** A box's id may hold dots, which the server takes for a file's ending: so it travels behind the question mark. */
const ofBox = (search: Record<string, unknown>): { box: string } => ({
  box: typeof search.box === 'string' ? search.box : '',
})
const branch = createRoute({
  getParentRoute: () => root,
  path: '/branch',
  component: BranchPage,
  validateSearch: ofBox,
})
const deadLetters = createRoute({
  getParentRoute: () => root,
  path: '/dead-letters',
  component: DeadLettersPage,
  validateSearch: (search: Record<string, unknown> & { box?: string }) => ofBox(search),
})

const routeTree = root.addChildren([
  at('/', BranchesPage),
  branch,
  at('/hours', HoursPage),
  at('/calls', CallsPage),
  at('/customers', CustomersPage),
  at('/sync', SyncPage),
  deadLetters,
  at('/boxes', BoxesPage),
  at('/wishes', WishesPage),
])

export const makeRouter = () => createRouter({ routeTree, defaultPreload: false })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
