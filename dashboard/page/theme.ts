/** Light or dark: as the system has it, until somebody says otherwise. */
import { byId } from './dom.ts'

const KEY = 'tidegate-theme'

export function theme(onChange: () => void): void {
  const button = byId('theme')
  const system = matchMedia('(prefers-color-scheme: dark)')
  const isDark = (): boolean => {
    const chosen = document.documentElement.dataset['theme']
    return chosen === undefined ? system.matches : chosen === 'dark'
  }
  const show = (): void => {
    button.textContent = isDark() ? 'Light theme' : 'Dark theme'
    onChange()
  }
  const stored = localStorage.getItem(KEY)
  if (stored === 'dark' || stored === 'light') document.documentElement.dataset['theme'] = stored
  button.addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark'
    document.documentElement.dataset['theme'] = next
    localStorage.setItem(KEY, next)
    show()
  })
  system.addEventListener('change', show)
  show()
}
