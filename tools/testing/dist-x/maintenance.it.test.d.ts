export {};
//# sourceMappingURL=maintenance.it.test.d.ts.map