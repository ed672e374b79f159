import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium } from './scripts/chromium.mjs'

const chromium = findChromium()
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
/** A closed network must not slow the browser down: it looks for updates otherwise. */
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

export default defineConfig({
  test: {
    // All cores: half of one is what the main process needs beside them.
    maxWorkers: '100%',
    reporters: ['default', './scripts/count-reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.d.ts'],
      reporter: ['text-summary', 'lcovonly'],
    },
    projects: [
      {
        test: {
          name: 'node',
          include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
          environment: 'node',
          // Files share the modules of their worker: loading them anew for each is a sixth of the whole run. No module of ours keeps
          // state, and what a test changes it changes in its own folder.
          isolate: false,
          setupFiles: ['tests/seed.setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      chromium === undefined
        ? { test: { name: 'browser', include: ['tests/no-browser.skip.ts'] } }
        : {
            optimizeDeps: { include: ['fast-check', '@noble/hashes/sha2.js', 'fflate'] },
            test: {
              name: 'browser',
              include: ['packages/evidence/src/**/*.test.ts'],
              setupFiles: ['tests/seed.setup.ts'],
              testTimeout: 120_000,
              hookTimeout: 120_000,
              browser: {
                enabled: true,
                headless: true,
                screenshotFailures: false,
                ui: false,
                provider: playwright({
                  launchOptions: { executablePath: chromium, args: [...args, ...quiet] },
                }),
                instances: [{ browser: 'chromium' as const }],
              },
            },
          },
    ],
  },
})
