export {};
//# sourceMappingURL=dfsadmin.it.test.d.ts.map