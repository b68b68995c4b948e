// The main job from Node: a work order completes, and every unit can be traced.
//
// node story.js ADDRESS PROTO_FOLDER...    against a running lotd; the folders hold the protos and
// what they import.
//
// Nothing here is special to tests: a service in Node would make the same calls.
'use strict';

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { promisify } = require('node:util');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, ...folders] = process.argv.slice(2);
const services = ['catalog', 'lot', 'stock', 'work_order', 'trace'];
const files = services.map((name) => `lots/v1/${name}.proto`);
const definition = loader.loadSync([...files, 'grpc/health/v1/health.proto'], {
  includeDirs: folders, keepCase: true, enums: String, longs: Number, defaults: true, oneofs: true,
});
const api = grpc.loadPackageDefinition(definition);

// A stub whose unary methods return promises.
function stub(service) {
  const client = new service(address, grpc.credentials.createInsecure());
  return new Proxy(client, {
    get: (target, method) => (typeof target[method] === 'function' && !target[method].responseStream
      ? promisify(target[method]).bind(target) : target[method].bind(target)),
  });
}

const v1 = api.lots.v1;
const company = `js-${randomUUID().slice(0, 8)}`;
const catalog = stub(v1.CatalogService);
const lots = stub(v1.LotService);
const stock = stub(v1.StockService);
const orders = stub(v1.WorkOrderService);
const traces = new v1.TraceService(address, grpc.credentials.createInsecure());

async function serverIsHealthy() {
  const answer = await stub(api.grpc.health.v1.Health).Check({ service: 'lots.v1.LotService' });
  assert.equal(answer.status, 'SERVING');
}

async function factoryIsRegistered() {
  await catalog.UpsertProducts({
    company,
    products: [
      {
        product_id: 'bike',
        tracking: 'TRACKING_SERIAL',
        producible: true,
        number_template: 'B-{######}',
      },
      { product_id: 'frame', tracking: 'TRACKING_SERIAL' },
      { product_id: 'paint', tracking: 'TRACKING_LOT', scale: 3, unit: 'kg' },
    ],
  });
  await catalog.UpsertLocations({
    company,
    locations: ['stores', 'finished'].map((id) => (
      { location_id: id, kind: 'LOCATION_KIND_INTERNAL' })),
  });
}

async function componentsAreReceived() {
  await lots.BatchCreateLots({
    company,
    request_id: 'frames',
    product_id: 'frame',
    lots: [{ number: 'F-1' }, { number: 'F-2' }],
  });
  const paint = { product_id: 'paint', number: 'RED-7' };
  await lots.CreateLot({ company, request_id: 'paint', lot: paint });
  const receipt = {
    kind: 'MOVEMENT_KIND_RECEIPT', to_location_id: 'stores', partner_id: 'supplier-1',
  };
  await stock.RecordMovements({
    company,
    request_id: 'PO-1',
    movements: [
      { ...receipt, lot: { product_id: 'frame', number: 'F-1' } },
      { ...receipt, lot: { product_id: 'frame', number: 'F-2' } },
      { ...receipt, lot: { product_id: 'paint', number: 'red-7' }, quantity: '2.5' },
    ],
  });
}

async function orderCompletes() {
  const assigned = await orders.AssignSerials({
    company, request_id: 'MO-1/assign', work_order_id: 'MO-1', product_id: 'bike', count: 2,
  });
  assert.deepEqual(assigned.serials.map((serial) => serial.number), ['B-000001', 'B-000002']);
  const request = {
    company,
    request_id: 'MO-1/complete',
    work_order_id: 'MO-1',
    close: true,
    destination_location_id: 'finished',
    source_location_id: 'stores',
    outputs: assigned.serials.map((serial) => ({ lot_id: serial.lot_id })),
    components: [
      { lot: { product_id: 'frame', number: 'F-1' }, output_index: 0 },
      { lot: { product_id: 'frame', number: 'F-2' }, output_index: 1 },
      { lot: { product_id: 'paint', number: 'RED-7' }, quantity: '0.8' },
    ],
  };
  const first = await orders.CompleteWorkOrder(request);
  const again = await orders.CompleteWorkOrder(request); // the answer got lost: the same call again
  assert.equal(again.transformation_id, first.transformation_id);
  return assigned.serials[0].lot_id;
}

async function unitIsDeliveredAndFound(lotId) {
  const delivery = {
    kind: 'MOVEMENT_KIND_DELIVERY',
    lot: { lot_id: lotId },
    from_location_id: 'finished',
    partner_id: 'customer-1',
  };
  await stock.RecordMovements({ company, request_id: 'DN-1', movements: [delivery] });
  const { locations } = await lots.ListLotLocations({ company, lot_id: lotId });
  const where = locations.map((place) => [place.location_id, place.quantity]);
  assert.deepEqual(where, [['CUSTOMER', '1']]);
  await assert.rejects(
    stock.RecordMovements({ company, request_id: 'DN-2', movements: [delivery] }),
    (error) => error.code === grpc.status.FAILED_PRECONDITION,
  );
}

async function traceLeadsToTheSupplier(lotId) {
  const nodes = [];
  let summary;
  for await (const message of traces.TraceUpstream({ company, seeds: [{ lot_id: lotId }] })) {
    if (message.part === 'piece') nodes.push(...message.piece.nodes);
    else summary = message.summary;
  }
  assert.deepEqual(nodes.map((node) => [node.number, node.depth, node.certainty]), [
    ['B-000001', 0, 'CERTAINTY_CERTAIN'],
    ['F-1', 1, 'CERTAINTY_CERTAIN'],
    ['RED-7', 1, 'CERTAINTY_POSSIBLE'],
  ]);
  assert.equal(nodes[1].partner_movements[0].partner_id, 'supplier-1');
  assert.equal(summary.node_count, 3);
}

async function run() {
  await serverIsHealthy();
  await factoryIsRegistered();
  await componentsAreReceived();
  const lotId = await orderCompletes();
  await unitIsDeliveredAndFound(lotId);
  await traceLeadsToTheSupplier(lotId);
  console.log('node: the whole story, as expected');
}

run().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
