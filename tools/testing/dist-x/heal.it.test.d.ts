export {};
//# sourceMappingURL=heal.it.test.d.ts.map