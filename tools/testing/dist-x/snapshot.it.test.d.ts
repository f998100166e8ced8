export {};
//# sourceMappingURL=snapshot.it.test.d.ts.map