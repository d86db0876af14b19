// Colours and sizes of both applications. Each text colour has at least 4.5:1 on its own background.
import { type ThemeConfig, theme } from 'antd'

export const FONT =
  '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif'

export const colours = {
  primary: '#1556c5',
  error: '#c62a1d',
  success: '#157347',
  warning: '#9a5b00',
  text: '#1b2430',
  textQuiet: '#4a5563',
  border: '#d5dbe3',
  canvas: '#f3f5f8',
} as const

/** Compact rows; the seed of 16 gives text of 14 px after the compact algorithm. */
export const houseTheme: ThemeConfig = {
  algorithm: theme.compactAlgorithm,
  token: {
    fontFamily: FONT,
    fontSize: 16,
    borderRadius: 6,
    motionDurationSlow: '0.15s',
    motionDurationMid: '0.1s',
    colorPrimary: colours.primary,
    colorLink: colours.primary,
    colorInfo: colours.primary,
    colorPrimaryHover: '#0f45a3',
    colorPrimaryActive: '#0c3a8a',
    colorLinkHover: '#0f45a3',
    colorErrorHover: '#a31d12',
    colorErrorActive: '#8c180f',
    colorErrorBorderHover: '#a31d12',
    colorInfoBg: '#eaf1fd',
    colorInfoBorder: '#a9c4f1',
    colorError: colours.error,
    colorErrorBg: '#fdeeec',
    colorErrorBorder: '#eeb0aa',
    colorSuccess: colours.success,
    colorSuccessBg: '#e8f5ee',
    colorSuccessBorder: '#9fd0b5',
    colorWarning: colours.warning,
    colorWarningBg: '#fff5e0',
    colorWarningBorder: '#e5c181',
    colorText: colours.text,
    colorTextBase: colours.text,
    colorTextSecondary: colours.textQuiet,
    colorTextTertiary: '#56616f',
    colorTextDescription: colours.textQuiet,
    colorTextPlaceholder: '#626d7b',
    colorTextDisabled: '#66707d',
    colorBorder: '#b6bfca',
    colorBorderSecondary: colours.border,
    colorBgLayout: colours.canvas,
    controlHeight: 36,
  },
  components: {
    Table: {
      headerBg: '#eef1f5',
      headerColor: '#2d3846',
      cellPaddingBlockSM: 6,
      cellPaddingInlineSM: 10,
      rowHoverBg: '#f1f6fe',
    },
    Button: { primaryShadow: 'none', defaultShadow: 'none', fontWeight: 500 },
  },
}
