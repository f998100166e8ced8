#!/usr/bin/env node
// npm links this file at install time, before there is a build; all it does is start the build.
import '../dist/main.js';
