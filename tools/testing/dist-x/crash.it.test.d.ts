export {};
//# sourceMappingURL=crash.it.test.d.ts.map