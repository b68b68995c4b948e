#!/usr/bin/python3
"""tests/clients/python/story.py ADDRESS

The main job from Python, against the lotd at ADDRESS: a work order completes, and every unit can be
traced. PYTHONPATH holds the generated stubs (tests/clients/stubs). Nothing here is special to
tests: a service in Python would make the same calls.
"""

import sys
import uuid

if "-h" in sys.argv or "--help" in sys.argv:
    print(__doc__.strip())
    sys.exit()

import grpc
from google.rpc import error_details_pb2, status_pb2
from health.v1 import health_pb2, health_pb2_grpc
from reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from lots.v1 import catalog_pb2, catalog_pb2_grpc, certainty_pb2, ledger_pb2, lot_pb2, lot_pb2_grpc
from lots.v1 import stock_pb2, stock_pb2_grpc, trace_pb2, trace_pb2_grpc
from lots.v1 import work_order_pb2, work_order_pb2_grpc

SERVICES = ("CatalogService", "LotService", "StockService", "WorkOrderService", "TraceService")


def expect(actual, wanted, what):
    if actual != wanted:
        sys.exit(f"{what}: {actual!r}, expected {wanted!r}")


class Story:
    def __init__(self, channel):
        self.channel = channel
        self.company = f"py-{uuid.uuid4().hex[:8]}"
        self.catalog = catalog_pb2_grpc.CatalogServiceStub(channel)
        self.lots = lot_pb2_grpc.LotServiceStub(channel)
        self.stock = stock_pb2_grpc.StockServiceStub(channel)
        self.orders = work_order_pb2_grpc.WorkOrderServiceStub(channel)
        self.traces = trace_pb2_grpc.TraceServiceStub(channel)

    def server_introduces_itself(self):
        health = health_pb2_grpc.HealthStub(self.channel)
        for service in ("",) + tuple(f"lots.v1.{name}" for name in SERVICES):
            answer = health.Check(health_pb2.HealthCheckRequest(service=service))
            expect(answer.status, health_pb2.HealthCheckResponse.SERVING, f"health of '{service}'")
        reflection = reflection_pb2_grpc.ServerReflectionStub(self.channel)
        ask = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
        answer = next(reflection.ServerReflectionInfo(ask))
        listed = {service.name for service in answer.list_services_response.service}
        for name in SERVICES:
            expect(f"lots.v1.{name}" in listed, True, f"reflection lists {name}")

    def factory_is_registered(self):
        product = catalog_pb2.Product
        self.catalog.UpsertProducts(catalog_pb2.UpsertProductsRequest(
            company=self.company,
            products=[
                product(product_id="bike", tracking=catalog_pb2.TRACKING_SERIAL, producible=True,
                        number_template="B-{######}"),
                product(product_id="frame", tracking=catalog_pb2.TRACKING_SERIAL),
                product(product_id="paint", tracking=catalog_pb2.TRACKING_LOT, scale=3, unit="kg"),
            ]))
        self.catalog.UpsertLocations(catalog_pb2.UpsertLocationsRequest(
            company=self.company,
            locations=[catalog_pb2.Location(location_id=name,
                                            kind=catalog_pb2.LOCATION_KIND_INTERNAL)
                       for name in ("stores", "finished")]))

    def components_are_received(self):
        self.lots.BatchCreateLots(lot_pb2.BatchCreateLotsRequest(
            company=self.company, request_id="frames", product_id="frame",
            lots=[lot_pb2.NewLot(number=number) for number in ("F-1", "F-2")]))
        self.lots.CreateLot(lot_pb2.CreateLotRequest(
            company=self.company, request_id="paint",
            lot=lot_pb2.Lot(product_id="paint", number="RED-7", reference="supplier lot 0815")))
        receipt = {"kind": ledger_pb2.MOVEMENT_KIND_RECEIPT, "to_location_id": "stores",
                   "partner_id": "supplier-1",
                   "document": ledger_pb2.Document(type="purchase_order", number="PO-1")}
        moves = [stock_pb2.NewMovement(lot=ledger_pb2.LotRef(product_id="frame", number=number),
                                       **receipt) for number in ("F-1", "F-2")]
        moves.append(stock_pb2.NewMovement(
            lot=ledger_pb2.LotRef(product_id="paint", number="RED-7"), quantity="2.5", **receipt))
        self.stock.RecordMovements(stock_pb2.RecordMovementsRequest(
            company=self.company, request_id="PO-1", movements=moves))

    def order_completes(self):
        assigned = self.orders.AssignSerials(work_order_pb2.AssignSerialsRequest(
            company=self.company, request_id="MO-1/assign", work_order_id="MO-1",
            product_id="bike", count=2))
        expect([serial.number for serial in assigned.serials], ["B-000001", "B-000002"], "serials")
        part = work_order_pb2.CompletionComponent
        request = work_order_pb2.CompleteWorkOrderRequest(
            company=self.company, request_id="MO-1/complete", work_order_id="MO-1", close=True,
            destination_location_id="finished", source_location_id="stores",
            outputs=[work_order_pb2.CompletionOutput(lot_id=serial.lot_id)
                     for serial in assigned.serials],
            components=[
                part(lot=ledger_pb2.LotRef(product_id="frame", number="F-1"), output_index=0),
                part(lot=ledger_pb2.LotRef(product_id="frame", number="F-2"), output_index=1),
                part(lot=ledger_pb2.LotRef(product_id="paint", number="RED-7"), quantity="0.8")])
        first = self.orders.CompleteWorkOrder(request)
        # The answer got lost: the same call again is the same completion.
        again = self.orders.CompleteWorkOrder(request)
        expect(again.transformation_id, first.transformation_id, "repeated completion")
        return assigned.serials[0].lot_id

    def unit_is_delivered_and_found(self, lot_id):
        self.stock.RecordMovements(stock_pb2.RecordMovementsRequest(
            company=self.company, request_id="DN-1", movements=[stock_pb2.NewMovement(
                kind=ledger_pb2.MOVEMENT_KIND_DELIVERY, lot=ledger_pb2.LotRef(lot_id=lot_id),
                from_location_id="finished", partner_id="customer-1",
                document=ledger_pb2.Document(type="delivery_note", number="DN-1"))]))
        answer = self.lots.ListLotLocations(lot_pb2.ListLotLocationsRequest(
            company=self.company, lot_id=lot_id))
        expect([(place.location_id, place.quantity) for place in answer.locations],
               [("CUSTOMER", "1")], "where the unit is")

    def trace_leads_from_customer_to_supplier(self, lot_id):
        nodes, summary = [], None
        for message in self.traces.TraceUpstream(trace_pb2.TraceUpstreamRequest(
                company=self.company, seeds=[ledger_pb2.LotRef(lot_id=lot_id)])):
            nodes.extend(message.piece.nodes)
            summary = message.summary
        expect([(node.number, node.depth, node.certainty) for node in nodes],
               [("B-000001", 0, certainty_pb2.CERTAINTY_CERTAIN),
                ("F-1", 1, certainty_pb2.CERTAINTY_CERTAIN),
                ("RED-7", 1, certainty_pb2.CERTAINTY_POSSIBLE)], "upstream of the unit")
        expect(nodes[0].partner_movements[0].partner_id, "customer-1", "customer")
        expect(nodes[2].partner_movements[0].partner_id, "supplier-1", "supplier")
        expect((summary.node_count, summary.truncated), (3, False), "summary")

    def refusal_says_why(self, lot_id):
        try:
            self.stock.RecordMovements(stock_pb2.RecordMovementsRequest(
                company=self.company, request_id="again", movements=[stock_pb2.NewMovement(
                    kind=ledger_pb2.MOVEMENT_KIND_DELIVERY, lot=ledger_pb2.LotRef(lot_id=lot_id),
                    from_location_id="finished")]))
            sys.exit("a unit was delivered twice")
        except grpc.RpcError as error:
            expect(error.code(), grpc.StatusCode.FAILED_PRECONDITION, "code")
            trailers = dict(error.trailing_metadata())
            details = status_pb2.Status.FromString(trailers["grpc-status-details-bin"]).details
            info = error_details_pb2.ErrorInfo()
            expect(details[0].Unpack(info), True, "first detail is an ErrorInfo")
            expect((info.domain, info.reason), ("lots", "SERIAL_NOT_THERE"), "reason")
            expect(info.metadata["actual_location_id"], "CUSTOMER", "where it is instead")

    def run(self):
        self.server_introduces_itself()
        self.factory_is_registered()
        self.components_are_received()
        lot_id = self.order_completes()
        self.unit_is_delivered_and_found(lot_id)
        self.trace_leads_from_customer_to_supplier(lot_id)
        self.refusal_says_why(lot_id)


if __name__ == "__main__":
    with grpc.insecure_channel(sys.argv[1]) as channel:
        grpc.channel_ready_future(channel).result(timeout=120)
        Story(channel).run()
    print("python: the whole story, as expected")
