// The packages of projects, environments and images. An index of its own, because most commands never need it.

export { packagesOfBom } from './bom-packages.ts'
export { collectInventory } from './collect.ts'
export type { FolderEntry, OpenedFile, ReadableFiles } from './ports.ts'
export { type Inventory, mergePackages, type NotChecked, type Place, placesMax } from './package.ts'
