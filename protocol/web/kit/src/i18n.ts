// Chinese first, English second; every text of both applications comes from the two locale files.
import en from '@zhunkehu/locales/en.json'
import zh from '@zhunkehu/locales/zh-CN.json'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEPT_AS = 'zk_language'

function keptLanguage(): Language {
  try {
    return localStorage.getItem(KEPT_AS) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

/** Must be called before the first render. */
export function startLanguages(language: Language = keptLanguage()): void {
  void i18next.use(initReactI18next).init({
    resources: { 'zh-CN': { translation: zh }, en: { translation: en } },
    lng: language,
    fallbackLng: 'zh-CN',
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
  document.documentElement.lang = language
}

export function switchLanguage(language: Language): void {
  void i18next.changeLanguage(language)
  document.documentElement.lang = language
  try {
    localStorage.setItem(KEPT_AS, language)
  } catch {
    // a browser that keeps nothing asks again next time
  }
}

export function currentLanguage(): Language {
  return i18next.language === 'en' ? 'en' : 'zh-CN'
}

/** The label of a coded value; a code of a later version is shown as it is, never as a blank. */
export function label(family: string, code: string): string {
  return i18next.t(`${family}.${code}`, { defaultValue: code })
}
