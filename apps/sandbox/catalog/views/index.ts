import type { CatalogView } from '../catalog-view.ts';
import { COMPAT_VIEWS } from './compat.ts';
import type { ViewDefinition } from './define.ts';
import { DYNAMIC_VIEWS } from './dynamic.ts';
import { INFORMATION_VIEWS } from './information-schema.ts';
import { KEY_VIEWS } from './keys.ts';
import { OBJECT_VIEWS } from './objects.ts';
import { PARTITION_VIEWS } from './partitions.ts';
import { SECURITY_VIEWS } from './security.ts';
import { SERVER_VIEWS } from './server.ts';
import { UNBUILT_VIEWS } from './unbuilt.ts';

/** Every system view with the SQL behind it. */
export const VIEW_DEFINITIONS: readonly ViewDefinition[] = [
  ...OBJECT_VIEWS,
  ...KEY_VIEWS,
  ...PARTITION_VIEWS,
  ...SERVER_VIEWS,
  ...DYNAMIC_VIEWS,
  ...SECURITY_VIEWS,
  ...COMPAT_VIEWS,
  ...UNBUILT_VIEWS,
  ...INFORMATION_VIEWS,
];

/** What clients may select from in schemas sys and INFORMATION_SCHEMA: the single source of their columns' types. */
export const CATALOG_VIEWS: readonly CatalogView[] = VIEW_DEFINITIONS;

/** Views of schema sys that old scripts also call `dbo.sysobjects` or plain `sysobjects`. */
export const COMPAT_NAMES: ReadonlySet<string> = new Set(COMPAT_VIEWS.map((view) => view.name));
