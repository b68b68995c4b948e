// The command complete_order calls lotd as a service in Go does: it completes a work order of the
// sample factory, and is refused the delivery of a unit that a recall holds.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	lots "lots/v1"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const company = "sample"

// oneCall is the context of one call: it has the deadline, and names the person who acts.
func oneCall() (context.Context, context.CancelFunc) {
	ctx := metadata.AppendToOutgoingContext(context.Background(), "lots-actor", "anna")
	return context.WithTimeout(ctx, 10*time.Second)
}

// errorInfo returns nil when the server gave no answer. A getter of nil returns an empty value.
func errorInfo(err error) *errdetails.ErrorInfo {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info
		}
	}
	return nil
}

func assignSerials(orders lots.WorkOrderServiceClient, order string) ([]*lots.NumberedLot, error) {
	ctx, cancel := oneCall()
	defer cancel()
	assigned, err := orders.AssignSerials(ctx, &lots.AssignSerialsRequest{
		Company: company, RequestId: order + "/assign",
		WorkOrderId: order, ProductId: "ebike", Count: 2,
	})
	return assigned.GetSerials(), err
}

func complete(orders lots.WorkOrderServiceClient, order string, units []*lots.NumberedLot) error {
	ctx, cancel := oneCall()
	defer cancel()
	request := &lots.CompleteWorkOrderRequest{
		Company: company, RequestId: order + "/complete", WorkOrderId: order, Close: true,
		SourceLocationId: "stores", DestinationLocationId: "finished",
		Components: []*lots.CompletionComponent{{
			Lot: &lots.LotRef{ProductId: "grease", Number: "GR-2209"}, Quantity: "0.1",
		}},
	}
	for _, unit := range units {
		request.Outputs = append(request.Outputs, &lots.CompletionOutput{LotId: unit.LotId})
	}
	_, err := orders.CompleteWorkOrder(ctx, request)
	return err
}

func deliver(stock lots.StockServiceClient, note, number string) error {
	ctx, cancel := oneCall()
	defer cancel()
	_, err := stock.RecordMovements(ctx, &lots.RecordMovementsRequest{
		Company: company, RequestId: note,
		Movements: []*lots.NewMovement{{
			Kind:           lots.MovementKind_MOVEMENT_KIND_DELIVERY,
			Lot:            &lots.LotRef{ProductId: "ebike", Number: number},
			FromLocationId: "finished", ToLocationId: "shop-berlin",
		}},
	})
	return err
}

func run(address string) error {
	channel, err := grpc.Dial(address, grpc.WithInsecure())
	if err != nil {
		return err
	}
	defer channel.Close()
	orders, stock := lots.NewWorkOrderServiceClient(channel), lots.NewStockServiceClient(channel)

	units, err := assignSerials(orders, "MO-2001")
	if err != nil {
		return err
	}
	if err := complete(orders, "MO-2001", units); err != nil {
		return err
	}
	for _, unit := range units {
		fmt.Println("made", unit.Number)
	}

	err = deliver(stock, "DN-9", "EB-00005")
	if err == nil {
		return errors.New("a unit that a recall holds was delivered")
	}
	info := errorInfo(err)
	if info.GetReason() != "LOT_HELD" {
		return err
	}
	fmt.Println("held by recall", info.Metadata["recall_id"])
	return nil
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: complete_order ADDRESS")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}
