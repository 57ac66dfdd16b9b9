export { lazySecret, Secret, resolveSecret } from './secret.ts';
export { setting, settingsWithPrefix } from './setting.ts';
