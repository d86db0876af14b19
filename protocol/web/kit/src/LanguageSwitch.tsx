// 中文 / English, one press.
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { switchLanguage } from './i18n'

export function LanguageSwitch() {
  const { t, i18n } = useTranslation()
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  return (
    <Button
      type="text"
      size="small"
      lang={other}
      aria-label={t('language.switch')}
      onClick={() => switchLanguage(other)}
    >
      {other === 'en' ? 'English' : '中文'}
    </Button>
  )
}
