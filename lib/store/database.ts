import { Dexie, type EntityTable, type Table } from 'dexie';
import type {
  BackgroundFetchRow,
  BodyRow,
  IconRow,
  LogRow,
  RecordRow,
  SettingsRow,
  SiteRow,
} from './schema.ts';

class BackfetchDatabase extends Dexie {
  declare backgroundFetches: EntityTable<BackgroundFetchRow, 'key'>;
  declare records: Table<RecordRow, [fetchKey: string, index: number]>;
  declare bodies: EntityTable<BodyRow, 'id'>;
  declare icons: EntityTable<IconRow, 'fetchKey'>;
  declare log: EntityTable<LogRow, 'id'>;
  declare sites: EntityTable<SiteRow, 'origin'>;
  declare settings: EntityTable<SettingsRow, 'name'>;

  constructor() {
    super('backfetch');
    this.version(1).stores({
      backgroundFetches: 'key, state, origin, [scope+listed], [scope+id+listed]',
      records: '[fetchKey+index], [fetchKey+result]',
      bodies: '++id, fetchKey',
      icons: 'fetchKey',
      log: '++id, fetchKey',
      sites: 'origin',
      settings: 'name',
    });
  }
}

export const db = new BackfetchDatabase();
