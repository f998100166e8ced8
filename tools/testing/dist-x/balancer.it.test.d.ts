export {};
//# sourceMappingURL=balancer.it.test.d.ts.map