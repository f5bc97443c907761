export { natsSink } from './nats-sink.ts'
