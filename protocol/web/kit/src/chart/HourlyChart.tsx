// Attempts and answers of each hour as bars. The same numbers stand in a table beside it: the picture is never the only form.
import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type ECharts, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { FONT } from '../theme'

use([BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer])

export type HourBar = { hour: string; attempts: number; answered: number }
type Names = { title: string; attempts: string; answered: string }

export default function HourlyChart({ bars, names }: { bars: HourBar[]; names: Names }) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts>(undefined)

  useEffect(() => {
    const node = place.current
    if (!node) return
    const made = init(node, null, { renderer: 'svg' })
    chart.current = made
    const watch = new ResizeObserver(() => made.resize())
    watch.observe(node)
    return () => {
      watch.disconnect()
      made.dispose()
    }
  }, [])

  useEffect(() => chart.current?.setOption(optionOf(bars, names), true), [bars, names])
  return (
    <div ref={place} role="img" aria-label={names.title} style={{ width: '100%', height: 300 }} />
  )
}

function optionOf(bars: HourBar[], names: Names) {
  const text = { fontFamily: FONT, fontSize: 13, color: '#3c4756' }
  const series = (name: string, colour: string, values: number[]) => ({
    type: 'bar' as const,
    name,
    data: values,
    itemStyle: { color: colour, borderRadius: [3, 3, 0, 0] },
    barMaxWidth: 22,
    barGap: '10%',
  })
  return {
    animation: false,
    textStyle: text,
    grid: { left: 48, right: 12, top: 40, bottom: 28 },
    legend: { top: 4, right: 8, textStyle: text, itemWidth: 14, itemHeight: 10 },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    xAxis: {
      type: 'category',
      data: bars.map((bar) => bar.hour),
      axisLabel: text,
      axisTick: { alignWithLabel: true },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: text,
      splitLine: { lineStyle: { color: '#e3e8ee' } },
    },
    series: [
      series(
        names.attempts,
        '#8fb3ea',
        bars.map((bar) => bar.attempts),
      ),
      series(
        names.answered,
        '#1556c5',
        bars.map((bar) => bar.answered),
      ),
    ],
  }
}
