#!/usr/bin/env node
// Runs the sources as they are: Node.js strips the types. For development; users get dist/.
import { main } from '../src/main.ts';

await main(process.argv.slice(2));
