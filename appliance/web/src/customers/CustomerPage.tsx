// One customer: who, where in the sale, what was said before, and the one button that calls.
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { branchApi, type Customer, type Erasure } from '@zhunkehu/api/branch'
import {
  AgeCell,
  Card,
  EmptyState,
  Facts,
  format,
  Loaded,
  label,
  MaskedNumber,
  PersonName,
  StatusTag,
  toneOfStage,
  usePages,
} from '@zhunkehu/kit'
import { useTranslation } from 'react-i18next'
import { CallTable } from '../calls/CallTable'
import { ContactRefusal } from './ContactRefusal'
import { DialPanel } from './DialPanel'
import { Erase } from './Erase'
import { NumberView } from './NumberView'
import { ErasedTag, Receipt } from './Receipt'
import { StageStepper } from './StageStepper'

export function CustomerPage() {
  const { t } = useTranslation()
  const id = useParams({ from: '/customers/$id', select: (params) => params.id })
  const query = useQuery({ queryKey: ['customer', id], queryFn: () => branchApi.customer(id) })
  return (
    <>
      <div>
        <Link className="zk-link" to="/customers">
          ← {t('branch.customer.back')}
        </Link>
      </div>
      <Loaded query={query} alone>
        {(detail) => <Whole customer={detail.customer} erasure={detail.erasure} />}
      </Loaded>
    </>
  )
}

function Whole({ customer, erasure }: { customer: Customer; erasure: Erasure | undefined }) {
  const { t } = useTranslation()
  return (
    <>
      <section className="zk-card zk-customer-head" aria-label={t('branch.call.customer')}>
        <div className="zk-row" style={{ gap: 16 }}>
          {customer.erased ? (
            <h2>
              <ErasedTag state={customer.erased} />
            </h2>
          ) : (
            <>
              <h2>
                <PersonName value={customer.name} />
              </h2>
              <span style={{ fontSize: 18 }}>
                <MaskedNumber value={customer.number} />
              </span>
              <NumberView customer={customer} />
              <Erase customer={customer} />
            </>
          )}
          <StatusTag tone={toneOfStage[customer.stage] ?? 'idle'}>
            {label('stage', customer.stage)}
          </StatusTag>
          {customer.do_not_call ? (
            <StatusTag tone="bad">{t('branch.customer.do_not_call')}</StatusTag>
          ) : null}
          {customer.erased ? null : <ContactRefusal customer={customer} />}
        </div>
        {customer.erased ? null : <DialPanel key={customer.id} customer={customer.id} />}
      </section>
      <div className="zk-grid zk-customer">
        <div className="zk-stack">
          {erasure ? <Receipt erasure={erasure} /> : null}
          <Card title={t('branch.customer.stage_title')} padded>
            <StageStepper customer={customer} />
          </Card>
          <Card title={t('branch.customer.facts')} padded>
            <CustomerFacts customer={customer} />
          </Card>
        </div>
        <History customer={customer.id} />
      </div>
    </>
  )
}

function CustomerFacts({ customer }: { customer: Customer }) {
  const { t } = useTranslation()
  const last = customer.last_contact
  const contact = last ? <AgeCell at={last} /> : t('branch.customer.never')
  return (
    <Facts
      rows={[
        [t('branch.customer.attempts'), format.count(customer.attempts)],
        [t('branch.customer.last_contact'), contact],
        [t('branch.customer.imported'), <AgeCell key="imported" at={customer.imported} />],
      ]}
    />
  )
}

function History({ customer }: { customer: string }) {
  const { t } = useTranslation()
  const { query, more } = usePages(['calls', customer], (cursor) =>
    branchApi.calls({ customer, ...(cursor ? { cursor } : {}) }),
  )
  return (
    <Card title={t('branch.customer.history')}>
      <Loaded query={query}>
        {(calls) => (
          <CallTable
            calls={calls}
            withCustomer={false}
            more={more}
            empty={
              <EmptyState
                title={t('branch.customer.history_none')}
                hint={t('branch.customer.history_none_hint')}
              />
            }
          />
        )}
      </Loaded>
    </Card>
  )
}
