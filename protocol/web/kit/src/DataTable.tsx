// A table of the house: dense rows, numbers to the right, cells drawn again only when their row changed.
import { Button, Table } from 'antd'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

export type Column<Row> = {
  key: string
  title: string
  width?: number
  /** Numbers and lengths stand to the right. */
  numeric?: boolean
  cell: (row: Row) => ReactNode
}

type Props<Row extends object> = {
  name: string
  rows: readonly Row[]
  rowKey: (row: Row) => string
  columns: readonly Column<Row>[]
  empty: ReactNode
  /** There is more behind the last row. */
  more?: { onMore: () => void; loading: boolean } | undefined
  rowClassName?: (row: Row) => string
}

export function DataTable<Row extends object>(props: Props<Row>) {
  const { name, rows, rowKey, columns, empty, more, rowClassName } = props
  const { t } = useTranslation()
  const place = useScrollByKeyboard(name)
  if (rows.length === 0) return <>{empty}</>
  return (
    <div ref={place}>
      <Table<Row>
        aria-label={name}
        size="small"
        pagination={false}
        dataSource={rows as Row[]}
        rowKey={rowKey}
        scroll={{ x: 'max-content' }}
        {...(rowClassName ? { rowClassName } : {})}
        columns={columns.map((column) => ({
          key: column.key,
          title: column.title,
          ...(column.width ? { width: column.width } : {}),
          align: column.numeric ? ('right' as const) : ('left' as const),
          ...(column.numeric ? { className: 'zk-numeric' } : {}),
          shouldCellUpdate: (row: Row, before: Row) => row !== before,
          render: (_: unknown, row: Row) => column.cell(row),
        }))}
      />
      {more ? (
        <div className="zk-table-end">
          <Button onClick={more.onMore} loading={more.loading}>
            {t('table.more')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

/** Where a table is wider than its place, the arrow keys must be able to move it. */
function useScrollByKeyboard(name: string) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = place.current?.querySelector<HTMLElement>('.ant-table-content')
    if (!box) return
    const mark = () => {
      if (box.scrollWidth <= box.clientWidth) {
        for (const attribute of ['tabindex', 'role', 'aria-label']) box.removeAttribute(attribute)
        return
      }
      box.tabIndex = 0
      box.setAttribute('role', 'group')
      box.setAttribute('aria-label', name)
    }
    mark()
    const watch = new ResizeObserver(mark)
    watch.observe(box)
    return () => watch.disconnect()
  })
  return place
}
