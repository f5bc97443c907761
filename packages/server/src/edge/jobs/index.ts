export { Maintenance, type MaintenanceOptions } from './maintenance.ts'
