// The two locale files say the same things, and every text that the screens ask for is there.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from './en.json'
import zh from './zh-CN.json'

type Tree = { [key: string]: string | Tree }

function leaves(tree: Tree, at = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = at === '' ? key : `${at}.${key}`
    return typeof value === 'string' ? [[path, value] as [string, string]] : leaves(value, path)
  })
}

const chinese = new Map(leaves(zh))
const english = new Map(leaves(en))
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((one) => one[1]).sort()

describe('the locale files', () => {
  it('have the same keys', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('leave no text empty and fill the same holes', () => {
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe('')
      expect(english.get(key)?.trim(), key).not.toBe('')
      expect(holes(english.get(key) ?? ''), key).toEqual(holes(text))
    }
  })

  it('have every text that a screen asks for by its whole key', () => {
    const missing = asked().filter(([key]) => !chinese.has(key))
    expect(missing).toEqual([])
    expect(asked().length).toBeGreaterThan(100)
  })
})

/** Each `t('a.b')` of the sources, with its file. */
function asked(): [string, string][] {
  return ['protocol/web/kit/src', 'appliance/web/src', 'cloud/web/src'].flatMap((folder) =>
    sources(folder).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'/g)].map(
        (one) => [one[1] ?? '', file] as [string, string],
      ),
    ),
  )
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return /\.tsx?$/.test(name) && !name.includes('.test.') ? [path] : []
  })
}
