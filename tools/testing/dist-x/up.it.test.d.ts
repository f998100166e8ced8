export {};
//# sourceMappingURL=up.it.test.d.ts.map