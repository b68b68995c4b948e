import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lots.v1.AssignSerialsRequest;
import lots.v1.CompleteWorkOrderRequest;
import lots.v1.CompletionComponent;
import lots.v1.CompletionOutput;
import lots.v1.LotRef;
import lots.v1.MovementKind;
import lots.v1.NewMovement;
import lots.v1.NumberedLot;
import lots.v1.RecordMovementsRequest;
import lots.v1.StockServiceGrpc;
import lots.v1.StockServiceGrpc.StockServiceBlockingStub;
import lots.v1.WorkOrderServiceGrpc;
import lots.v1.WorkOrderServiceGrpc.WorkOrderServiceBlockingStub;

/**
 * Calls lotd as a service in Java does: it completes a work order of the sample factory, and is
 * refused the delivery of a unit that a recall holds.
 */
public final class CompleteOrder {
  private static final String COMPANY = "sample";
  private static final Metadata.Key<String> ACTOR =
      Metadata.Key.of("lots-actor", Metadata.ASCII_STRING_MARSHALLER);

  private final WorkOrderServiceBlockingStub orders;
  private final StockServiceBlockingStub stock;

  private CompleteOrder(Channel channel) {
    Metadata headers = new Metadata();
    headers.put(ACTOR, "anna"); // who acts, for the history
    var actor = MetadataUtils.newAttachHeadersInterceptor(headers);
    orders = WorkOrderServiceGrpc.newBlockingStub(channel).withInterceptors(actor);
    stock = StockServiceGrpc.newBlockingStub(channel).withInterceptors(actor);
  }

  /** The stub for one call: its deadline counts from now. */
  private static <T extends AbstractStub<T>> T oneCall(T stub) {
    return stub.withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  /** The result is empty when the server gave no answer. */
  private static ErrorInfo errorInfo(StatusRuntimeException error)
      throws InvalidProtocolBufferException {
    for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        return detail.unpack(ErrorInfo.class);
      }
    }
    return ErrorInfo.getDefaultInstance();
  }

  private List<NumberedLot> assignSerials(String order) {
    var request = AssignSerialsRequest.newBuilder()
        .setCompany(COMPANY).setRequestId(order + "/assign")
        .setWorkOrderId(order).setProductId("ebike").setCount(2);
    return oneCall(orders).assignSerials(request.build()).getSerialsList();
  }

  private void complete(String order, List<NumberedLot> units) {
    var grease = CompletionComponent.newBuilder()
        .setLot(LotRef.newBuilder().setProductId("grease").setNumber("GR-2209"))
        .setQuantity("0.1");
    var request = CompleteWorkOrderRequest.newBuilder()
        .setCompany(COMPANY).setRequestId(order + "/complete").setWorkOrderId(order).setClose(true)
        .setSourceLocationId("stores").setDestinationLocationId("finished")
        .addComponents(grease);
    for (NumberedLot unit : units) {
      request.addOutputs(CompletionOutput.newBuilder().setLotId(unit.getLotId()));
    }
    oneCall(orders).completeWorkOrder(request.build());
  }

  private void deliver(String note, String number) {
    var delivery = NewMovement.newBuilder()
        .setKind(MovementKind.MOVEMENT_KIND_DELIVERY)
        .setLot(LotRef.newBuilder().setProductId("ebike").setNumber(number))
        .setFromLocationId("finished").setToLocationId("shop-berlin");
    var request = RecordMovementsRequest.newBuilder()
        .setCompany(COMPANY).setRequestId(note).addMovements(delivery);
    oneCall(stock).recordMovements(request.build());
  }

  private void run() throws InvalidProtocolBufferException {
    List<NumberedLot> units = assignSerials("MO-2001");
    complete("MO-2001", units);
    for (NumberedLot unit : units) {
      System.out.println("made " + unit.getNumber());
    }
    try {
      deliver("DN-9", "EB-00005");
    } catch (StatusRuntimeException error) {
      ErrorInfo info = errorInfo(error);
      if (!info.getReason().equals("LOT_HELD")) {
        throw error;
      }
      System.out.println("held by recall " + info.getMetadataOrThrow("recall_id"));
      return;
    }
    throw new IllegalStateException("a unit that a recall holds was delivered");
  }

  public static void main(String[] arguments) throws InvalidProtocolBufferException {
    if (arguments.length != 1) {
      System.err.println("usage: java CompleteOrder ADDRESS");
      System.exit(1);
    }
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget(arguments[0]).usePlaintext().build();
    try {
      new CompleteOrder(channel).run();
    } finally {
      channel.shutdownNow();
    }
  }
}
